@NullMarked
package dev.pglet.instance;

import org.jspecify.annotations.NullMarked;
