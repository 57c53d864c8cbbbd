@NullMarked
package dev.pglet.host.account;

import org.jspecify.annotations.NullMarked;
