/** Numbers for visitors in the shapes that integrators know: allocate_number and bulk. */
@NullMarked
package io.ringtrace.http.allocate;

import org.jspecify.annotations.NullMarked;
