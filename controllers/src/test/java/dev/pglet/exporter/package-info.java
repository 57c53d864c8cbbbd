@NullMarked
package dev.pglet.exporter;

import org.jspecify.annotations.NullMarked;
