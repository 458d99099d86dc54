/** The whole story told with two visitors and real SIP: {@code ./ringtrace demo}. */
@NullMarked
package io.ringtrace.server.demo;

import org.jspecify.annotations.NullMarked;
