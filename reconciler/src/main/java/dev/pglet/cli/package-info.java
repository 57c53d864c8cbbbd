/**
 * The command line: finds the verb, gives it a {@link dev.pglet.cli.Session}, and turns what
 * happens into output and an exit code. Start-up is kept thin: a verb's class is loaded only when
 * it is used, and nothing reflects.
 *
 * <p>Allowed dependencies: {@code dev.pglet.api}, {@code dev.pglet.manifest}, {@code
 * dev.pglet.reconcile}, {@code dev.pglet.apiserver}, picocli. Nothing of the engine or the daemon:
 * those give what they have through {@link dev.pglet.cli.LocalHost}.
 */
@NullMarked
package dev.pglet.cli;

import org.jspecify.annotations.NullMarked;
