/** The keys that sign our Record-Route's call cookie. */
@NullMarked
package io.ringtrace.store.cookie;

import org.jspecify.annotations.NullMarked;
