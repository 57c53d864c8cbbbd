@NullMarked
package dev.pglet.cli.edit;

import org.jspecify.annotations.NullMarked;
