/** Who this node is among those that share the store. */
@NullMarked
package io.ringtrace.store.node;

import org.jspecify.annotations.NullMarked;
