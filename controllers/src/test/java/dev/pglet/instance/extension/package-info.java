@NullMarked
package dev.pglet.instance.extension;

import org.jspecify.annotations.NullMarked;
