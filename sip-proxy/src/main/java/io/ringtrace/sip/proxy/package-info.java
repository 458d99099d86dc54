/** RFC 3261 §16 as a list of files: what a proxy does with a request and its responses, and the call cookie that lets it forget dialogs. */
@NullMarked
package io.ringtrace.sip.proxy;

import org.jspecify.annotations.NullMarked;
