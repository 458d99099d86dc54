/** The HTTP interface: started, stopped and given its ports here; one sub-package for each thing it serves. */
@NullMarked
package io.ringtrace.http;

import org.jspecify.annotations.NullMarked;
