@NullMarked
package dev.pglet.host.command;

import org.jspecify.annotations.NullMarked;
