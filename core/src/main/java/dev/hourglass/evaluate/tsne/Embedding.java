package dev.hourglass.evaluate.tsne;

import dev.hourglass.evaluate.Points;

/**
 * Where {@link TSne} puts points.
 *
 * @param points two dimensions, in the order of what was embedded
 * @param klDivergence what t-SNE minimises, in nats: the Kullback-Leibler divergence of the neighbourhoods in the
 *     plane from those in the space, over the pairs that are neighbours there; scikit-learn's {@code kl_divergence_}
 */
public record Embedding(Points points, double klDivergence) {}
