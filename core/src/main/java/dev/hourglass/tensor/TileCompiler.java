package dev.hourglass.tensor;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.ConcurrentHashMap;
import jdk.incubator.vector.VectorSpecies;

/**
 * Writes the inner loops of the two matrix products as bytecode, one small class for each tile shape.
 *
 * <p>A tile is a few rows by two vectors of C, held in registers while k runs. Two things make it fast, and neither
 * can be said in one piece of Java source: the number of accumulators is a constant, and so are the strides, so that
 * every address is one register plus a constant. What a tile for 2 rows and 1 vector does, as source:
 *
 * <pre>{@code
 * FloatVector c0 = fromArray(S, D, d), c1 = fromArray(S, D, d + dStride);
 * for (int s = 0; s < segments; s++) {
 *     for (int k = 0; k < length; k++) {
 *         FloatVector b = fromArray(S, W, w + k * wStride);
 *         c0 = broadcast(S, A[a + k]).fma(b, c0);
 *         c1 = broadcast(S, A[a + k + aStride]).fma(b, c1);
 *     }
 *     a += aJump;
 *     w += length * wStride;
 * }
 * c0.intoArray(C, c);
 * c1.intoArray(C, c + cStride);
 * }</pre>
 *
 * <p>A tile is larger than what the JIT inlines, which is wanted: a caller that inlined several of them would run
 * into limits that put vectors on the heap.
 */
final class TileCompiler {
    /** One compiled tile of {@link Kernels.Product}. */
    interface ProductTile {
        void run(
                float[] A,
                int a,
                int aJump,
                int segments,
                int length,
                float[] W,
                int w,
                float[] D,
                int d,
                int dStride,
                float[] C,
                int c);
    }

    /** One compiled tile of {@link Kernels.TransposedProduct}. */
    interface TransposedTile {
        void run(float[] A, int a, int aJump, int segments, int length, float[] W, int w, int wJump, float[] C, int c);
    }

    private enum Kind {
        PRODUCT,
        TRANSPOSED
    }

    /**
     * @param segments of a short sum that is unrolled, or 0
     * @param length of each of its segments, or 0
     */
    private record Key(
            Kind kind, int rows, int vectors, int aStride, int wStride, int cStride, int segments, int length) {}

    private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
    private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
    private static final ClassDesc FLOAT_VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
    private static final ClassDesc FLOATS = CD_float.arrayType();
    private static final MethodTypeDesc FROM_ARRAY = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, CD_int);
    private static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, CD_float);
    private static final MethodTypeDesc FMA = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR);
    private static final MethodTypeDesc INTO_ARRAY = MethodTypeDesc.of(CD_void, FLOATS, CD_int);

    private final int lanes;
    private final String speciesField;
    private final ConcurrentHashMap<Key, Object> compiled = new ConcurrentHashMap<>();

    TileCompiler(VectorSpecies<Float> species) {
        lanes = species.length();
        speciesField = "SPECIES_" + species.vectorBitSize();
    }

    Kernels.Product product(int columns, int aStride, int wStride, int cStride) {
        return shortProduct(columns, aStride, wStride, cStride, 0, 0);
    }

    Kernels.Product shortProduct(int columns, int aStride, int wStride, int cStride, int unrolled, int unrolledLength) {
        int vectors = vectorsPerTile(columns);
        int most = mostRows(vectors);
        ProductTile[] tiles = new ProductTile[most + 1];
        for (int rows = 1; rows <= most; rows++) {
            tiles[rows] = (ProductTile)
                    tile(new Key(Kind.PRODUCT, rows, vectors, aStride, wStride, cStride, unrolled, unrolledLength));
        }
        int width = vectors * lanes;
        return (rows, A, a, aJump, segments, length, W, w, D, d, dStride, C, c) -> {
            int height = evenHeight(rows, most);
            for (int i = 0; i < rows; i += height) {
                ProductTile tile = tiles[Math.min(height, rows - i)];
                for (int j = 0; j < columns; j += width) {
                    tile.run(
                            A,
                            a + i * aStride,
                            aJump,
                            segments,
                            length,
                            W,
                            w + j,
                            D,
                            d + i * dStride + j,
                            dStride,
                            C,
                            c + i * cStride + j);
                }
            }
        };
    }

    Kernels.TransposedProduct transposedProduct(int columns, int aStride, int wStride, int cStride) {
        int vectors = vectorsPerTile(columns);
        int most = mostRows(vectors);
        TransposedTile[] tiles = new TransposedTile[most + 1];
        for (int rows = 1; rows <= most; rows++) {
            tiles[rows] =
                    (TransposedTile) tile(new Key(Kind.TRANSPOSED, rows, vectors, aStride, wStride, cStride, 0, 0));
        }
        int width = vectors * lanes;
        return (rows, A, a, aJump, segments, length, W, w, wJump, C, c) -> {
            int height = evenHeight(rows, most);
            for (int i = 0; i < rows; i += height) {
                TransposedTile tile = tiles[Math.min(height, rows - i)];
                for (int j = 0; j < columns; j += width) {
                    tile.run(A, a + i, aJump, segments, length, W, w + j, wJump, C, c + i * cStride + j);
                }
            }
        };
    }

    /** Two vectors a row where the columns allow it: each broadcast then serves two products. */
    private int vectorsPerTile(int columns) {
        return columns % (2 * lanes) == 0 ? 2 : 1;
    }

    /**
     * With 512 bits there are 32 registers, room for all that a row needs. Else there are 16, and eight accumulators
     * keep two multiply-adds a cycle busy; with more of them the JIT, which loads several rows' factors ahead, moves
     * accumulators to the stack and back in the innermost loop. That costs a quarter to two thirds of the time, by how
     * the caller's frame happens to lie in the cache.
     */
    private int mostRows(int vectors) {
        if (lanes == 16) {
            return vectors == 2 ? 8 : 14;
        }
        return vectors == 2 ? 4 : 8;
    }

    /** Tiles of nearly equal height: 14 rows are 7 and 7, not 8 and 6. */
    private static int evenHeight(int rows, int most) {
        int tiles = (rows + most - 1) / most;
        return tiles <= 1 ? rows : (rows + tiles - 1) / tiles;
    }

    private Object tile(Key key) {
        return compiled.computeIfAbsent(key, this::compile);
    }

    private Object compile(Key key) {
        Class<?> type = key.kind() == Kind.PRODUCT ? ProductTile.class : TransposedTile.class;
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        ClassDesc self = ClassDesc.of(TileCompiler.class.getPackageName(), "Tile");
        byte[] bytes = ClassFile.of()
                .build(
                        self,
                        builder -> builder.withFlags(ClassFile.ACC_FINAL)
                                .withInterfaceSymbols(ClassDesc.ofDescriptor(type.descriptorString()))
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "run",
                                        signature(key.kind()),
                                        ClassFile.ACC_PUBLIC,
                                        code -> new Body(code, key).write()));
        try {
            return lookup.defineHiddenClass(bytes, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance();
        } catch (IllegalAccessException
                | InstantiationException
                | InvocationTargetException
                | NoSuchMethodException e) {
            throw new LinkageError("Cannot define the tile " + key, e);
        }
    }

    private static MethodTypeDesc signature(Kind kind) {
        return kind == Kind.PRODUCT
                ? MethodTypeDesc.of(
                        CD_void, FLOATS, CD_int, CD_int, CD_int, CD_int, FLOATS, CD_int, FLOATS, CD_int, CD_int, FLOATS,
                        CD_int)
                : MethodTypeDesc.of(
                        CD_void, FLOATS, CD_int, CD_int, CD_int, CD_int, FLOATS, CD_int, CD_int, FLOATS, CD_int);
    }

    /** The bytecode of one {@code run}. Slots of its arguments, then of its locals. */
    private final class Body {
        private static final int A = 1;
        private static final int A_OFFSET = 2;
        private static final int A_JUMP = 3;
        private static final int SEGMENTS = 4;
        private static final int LENGTH = 5;
        private static final int W = 6;
        private static final int W_OFFSET = 7;

        private final CodeBuilder code;
        private final Key key;
        private final boolean transposed;
        /** Where the accumulators start from: D in a product, C itself in a transposed one. */
        private final int start;

        private final int startOffset;
        private final int end;
        private final int endOffset;
        private final int wJumpOrDStride;
        private final int segment;
        private final int k;
        private final int factor;
        private final int firstRight;
        private final int firstAccumulator;

        Body(CodeBuilder code, Key key) {
            this.code = code;
            this.key = key;
            transposed = key.kind() == Kind.TRANSPOSED;
            wJumpOrDStride = transposed ? 8 : 10;
            end = transposed ? 9 : 11;
            endOffset = transposed ? 10 : 12;
            start = transposed ? end : 8;
            startOffset = transposed ? endOffset : 9;
            segment = endOffset + 1;
            k = segment + 1;
            factor = k + 1;
            firstRight = factor + 1;
            firstAccumulator = firstRight + key.vectors();
        }

        void write() {
            loadAccumulators();
            if (key.segments() > 0) {
                for (int s = 0; s < key.segments(); s++) {
                    for (int i = 0; i < key.length(); i++) {
                        code.loadConstant(i).istore(k);
                        multiply();
                    }
                    advance();
                }
            } else {
                code.iconst_0().istore(segment);
                loop(segment, SEGMENTS, () -> {
                    code.iconst_0().istore(k);
                    loop(k, LENGTH, this::multiply);
                    advance();
                });
            }
            storeAccumulators();
            code.return_();
        }

        private void loadAccumulators() {
            for (int row = 0; row < key.rows(); row++) {
                for (int v = 0; v < key.vectors(); v++) {
                    species();
                    code.aload(start).iload(startOffset);
                    if (transposed) {
                        plus(row * key.cStride() + v * lanes);
                    } else {
                        code.loadConstant(row).iload(wJumpOrDStride).imul().iadd();
                        plus(v * lanes);
                    }
                    code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY).astore(accumulator(row, v));
                }
            }
        }

        private void multiply() {
            for (int v = 0; v < key.vectors(); v++) {
                species();
                code.aload(W).iload(W_OFFSET).iload(k);
                times(key.wStride());
                code.iadd();
                plus(v * lanes);
                code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY).astore(firstRight + v);
            }
            for (int row = 0; row < key.rows(); row++) {
                species();
                code.aload(A).iload(A_OFFSET).iload(k);
                if (transposed) {
                    times(key.aStride());
                }
                code.iadd();
                plus(transposed ? row : row * key.aStride());
                code.faload().invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST).astore(factor);
                for (int v = 0; v < key.vectors(); v++) {
                    code.aload(factor)
                            .aload(firstRight + v)
                            .aload(accumulator(row, v))
                            .invokevirtual(FLOAT_VECTOR, "fma", FMA)
                            .astore(accumulator(row, v));
                }
            }
        }

        private void advance() {
            code.iload(A_OFFSET).iload(A_JUMP).iadd().istore(A_OFFSET);
            code.iload(W_OFFSET);
            if (transposed) {
                code.iload(wJumpOrDStride);
            } else {
                code.iload(LENGTH);
                times(key.wStride());
            }
            code.iadd().istore(W_OFFSET);
        }

        private void storeAccumulators() {
            for (int row = 0; row < key.rows(); row++) {
                for (int v = 0; v < key.vectors(); v++) {
                    code.aload(accumulator(row, v)).aload(end).iload(endOffset);
                    plus(row * key.cStride() + v * lanes);
                    code.invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
                }
            }
        }

        private void loop(int counter, int limit, Runnable body) {
            Label head = code.newLabel();
            Label exit = code.newLabel();
            code.labelBinding(head).iload(counter).iload(limit).if_icmpge(exit);
            body.run();
            code.iinc(counter, 1).goto_(head).labelBinding(exit);
        }

        private void species() {
            code.getstatic(FLOAT_VECTOR, speciesField, SPECIES);
        }

        private void times(int factorConstant) {
            if (factorConstant != 1) {
                code.loadConstant(factorConstant).imul();
            }
        }

        private void plus(int constant) {
            if (constant != 0) {
                code.loadConstant(constant).iadd();
            }
        }

        private int accumulator(int row, int vector) {
            return firstAccumulator + row * key.vectors() + vector;
        }
    }
}
