@NullMarked
package io.ringtrace.store.node;

import org.jspecify.annotations.NullMarked;
