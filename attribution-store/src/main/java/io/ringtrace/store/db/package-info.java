/** The store's database: MariaDB as a child process or elsewhere, its connections and its schema. */
@NullMarked
package io.ringtrace.store.db;

import org.jspecify.annotations.NullMarked;
