@NullMarked
package dev.pglet.host.certificate;

import org.jspecify.annotations.NullMarked;
