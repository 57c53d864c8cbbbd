@NullMarked
package dev.pglet.server.config;

import org.jspecify.annotations.NullMarked;
