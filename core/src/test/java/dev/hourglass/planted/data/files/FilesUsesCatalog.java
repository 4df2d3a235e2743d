package dev.hourglass.planted.data.files;

import dev.hourglass.planted.data.catalog.CatalogUsesFiles;

/** The other half of a circle of rooms; it is named with the first. */
public record FilesUsesCatalog(CatalogUsesFiles forbidden) {}
