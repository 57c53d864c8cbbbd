/** Tests of {@code dev.pglet.template}. */
@NullMarked
package dev.pglet.template;

import org.jspecify.annotations.NullMarked;
