/** Tests of what would be done. */
@NullMarked
package dev.pglet.reconcile.engine.preview;

import org.jspecify.annotations.NullMarked;
