@NullMarked
package dev.pglet.branch;

import org.jspecify.annotations.NullMarked;
