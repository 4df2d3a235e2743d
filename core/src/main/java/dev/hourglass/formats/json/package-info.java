/** JSON in model files: values that know where they stand, read within limits. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.formats.json;
