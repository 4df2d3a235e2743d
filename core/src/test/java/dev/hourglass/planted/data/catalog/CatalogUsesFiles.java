package dev.hourglass.planted.data.catalog;

import dev.hourglass.planted.data.files.FilesUsesCatalog;

/** One half of a circle of rooms. */
public record CatalogUsesFiles(FilesUsesCatalog forbidden) {}
