/** Stands in for a library of native code that Hardwood asks for by name. */
@org.jspecify.annotations.NullMarked
package com.github.luben.zstd;
