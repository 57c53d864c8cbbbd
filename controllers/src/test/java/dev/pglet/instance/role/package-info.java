@NullMarked
package dev.pglet.instance.role;

import org.jspecify.annotations.NullMarked;
