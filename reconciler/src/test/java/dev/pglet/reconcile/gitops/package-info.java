/** A manifest directory that is a real git repository, under an engine in virtual time. */
@NullMarked
package dev.pglet.reconcile.gitops;

import org.jspecify.annotations.NullMarked;
