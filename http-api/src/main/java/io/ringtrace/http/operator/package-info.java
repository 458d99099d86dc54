/** What the operator of a server does over HTTP: accounts, tokens, numbers. */
@NullMarked
package io.ringtrace.http.operator;

import org.jspecify.annotations.NullMarked;
