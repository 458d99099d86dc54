/** The database: child process, addresses, requirements. */
@NullMarked
package io.ringtrace.store.db;

import org.jspecify.annotations.NullMarked;
