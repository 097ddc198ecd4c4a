/** Mathematics <ol><li></li></ol> */
@NullMarked
package dev.perdure.reliability;

import org.jspecify.annotations.NullMarked;
