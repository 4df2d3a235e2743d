/** Model files among what was brought. */

const ALWAYS = /\.(keras|onnx)$/i;
const PERHAPS = /\.(h5|hdf5)$/i;

/** Whether a name is that of a model file, and of nothing else. */
export const isModel = (name) => ALWAYS.test(name);

/** Whether a name may be that of a model file: HDF5 files hold models or data. */
export const mayBeModel = (name) => isModel(name) || PERHAPS.test(name);

/** What stands for the run in addresses of the API. */
export const FILES = "_files";
