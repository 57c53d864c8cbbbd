@NullMarked
package dev.pglet.health;

import org.jspecify.annotations.NullMarked;
