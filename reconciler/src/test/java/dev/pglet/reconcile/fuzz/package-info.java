/** Random edits of a real directory against a model of what they mean. */
@NullMarked
package dev.pglet.reconcile.fuzz;

import org.jspecify.annotations.NullMarked;
