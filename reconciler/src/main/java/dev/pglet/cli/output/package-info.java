/**
 * How objects are shown to people and scripts: tables, YAML, JSON, names, paths.
 *
 * <p>Allowed dependencies: {@code dev.pglet.apiserver} (paths and tables), Jackson,
 * snakeyaml-engine.
 */
@NullMarked
package dev.pglet.cli.output;

import org.jspecify.annotations.NullMarked;
