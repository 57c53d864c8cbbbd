@NullMarked
package dev.pglet.instance.database;

import org.jspecify.annotations.NullMarked;
