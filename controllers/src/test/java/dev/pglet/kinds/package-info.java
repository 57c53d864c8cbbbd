/** The rules between the kinds' packages, and how the kinds are found. */
@NullMarked
package dev.pglet.kinds;

import org.jspecify.annotations.NullMarked;
