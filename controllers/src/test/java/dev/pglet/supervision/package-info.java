@NullMarked
package dev.pglet.supervision;

import org.jspecify.annotations.NullMarked;
