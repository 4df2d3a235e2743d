/**
 * Trains, compares, looks into and uses autoencoders. What is exported is meant for whoever embeds this library; all
 * other packages are inside and may change at any time.
 */
@SuppressWarnings("requires-automatic") // EJML is no module yet
module dev.hourglass.core {
    requires de.siegmar.fastcsv;
    requires ejml.core;
    requires ejml.ddense;
    requires java.desktop;
    requires java.net.http;
    requires org.snakeyaml.engine;
    requires tools.jackson.core;
    requires static jdk.incubator.vector;
    requires static transitive org.jspecify;

    exports dev.hourglass.data;
    exports dev.hourglass.data.catalog;
    exports dev.hourglass.data.files;
    exports dev.hourglass.data.images;
    exports dev.hourglass.data.series;
    exports dev.hourglass.data.tables;
    exports dev.hourglass.data.tables.values;
    exports dev.hourglass.detect;
    exports dev.hourglass.detect.filters;
    exports dev.hourglass.detect.metrics;
    exports dev.hourglass.detect.rivals;
    exports dev.hourglass.detect.series;
    exports dev.hourglass.engine;
    exports dev.hourglass.evaluate;
    exports dev.hourglass.evaluate.errors;
    exports dev.hourglass.evaluate.latent;
    exports dev.hourglass.evaluate.pca;
    exports dev.hourglass.evaluate.probes;
    exports dev.hourglass.evaluate.tsne;
    exports dev.hourglass.files;
    exports dev.hourglass.formats;
    exports dev.hourglass.model;
    exports dev.hourglass.model.variables;
    exports dev.hourglass.tensor;
    exports dev.hourglass.train;
    exports dev.hourglass.train.checkpoints;
    exports dev.hourglass.train.distributed;

    uses dev.hourglass.data.tables.RowFormat;
}
