/** Where gateways are, and whether they answer. */
@NullMarked
package io.ringtrace.sip.target;

import org.jspecify.annotations.NullMarked;
