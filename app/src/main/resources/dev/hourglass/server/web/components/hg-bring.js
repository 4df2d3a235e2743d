import { PageElement, html, nothing } from "../shared/element.js";
import { api } from "../shared/api.js";
import * as format from "../shared/format.js";
import { bring, dropped, freeName, requireRoom, uploadOf } from "../data/bring.js";
import { FILES, isModel, mayBeModel } from "../data/model-files.js";
import { go, href } from "../shared/router.js";

/** Brings files and folders to the server, and shows what is there; an event `data` names what is to be looked at. */
class HgBring extends PageElement {
  static properties = {
    chosen: {},
    list: { state: true },
    over: { state: true },
    upload: { state: true },
    sent: { state: true },
    failure: { state: true },
    note: { state: true },
  };

  constructor() {
    super();
    this.list = null;
    this.over = false;
    this.upload = null;
    this.sent = 0;
    this.failure = null;
    this.note = "";
    this.stop = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.refresh();
  }

  disconnectedCallback() {
    this.stop?.abort();
    super.disconnectedCallback();
  }

  async refresh() {
    try {
      this.list = await api.data();
    } catch (failure) {
      this.failure = failure;
    }
  }

  render() {
    return html`<section class="card" aria-labelledby="own-data">
      <h2 id="own-data">Your own data</h2>
      <div
        class="drop"
        data-over=${this.over ? "" : nothing}
        @dragover=${this.dragOver}
        @dragleave=${() => (this.over = false)}
        @drop=${this.drop}
      >
        <p>
          Drop a table, an array file, a folder of pictures, tables or sounds or a model file here, or
          <label class="button"
            >choose a file<input
              class="visually-hidden"
              type="file"
              id="bring-file"
              @change=${(event) => this.take(event, false)}
          /></label>
          <label class="button"
            >choose a folder<input
              class="visually-hidden"
              type="file"
              id="bring-folder"
              webkitdirectory
              @change=${(event) => this.take(event, true)}
          /></label>
        </p>
        <p class="note">
          CSV, TSV, JSON, ARFF, .ts, NPY, NPZ, MAT, HDF5, IDX, WAV, PNG, JPEG and more; models as .keras, .h5 or .onnx. It
          stays on the server, in its folder of runs, until you remove it.
        </p>
      </div>
      ${this.progress()}
      ${
        this.failure
          ? html`<div class="message" data-tone="bad" role="alert">
              <span><strong>${this.failure.message}</strong> ${this.failure.fix ?? ""}</span>
              ${this.upload ? html`<button @click=${() => this.send(this.upload)}>Go on</button>` : nothing}
            </div>`
          : nothing
      }
      ${this.note ? html`<p class="note" role="status">${this.note}</p>` : nothing} ${this.table()}
    </section>`;
  }

  progress() {
    if (!this.stop) {
      return nothing;
    }
    const { name, bytes, files } = this.upload;
    return html`<div class="row spread">
      <div class="bringing">
        <div>
          ${name}: ${format.bytes(this.sent)} of ${format.bytes(bytes)}${files.length > 1 ? html`, ${format.counted(files.length, "file")}` : nothing}
        </div>
        <progress max=${Math.max(1, bytes)} value=${this.sent} aria-label=${`Bytes of ${name}`}></progress>
      </div>
      <button @click=${() => this.stop.abort()}>Stop</button>
    </div>`;
  }

  table() {
    const list = this.list;
    if (list === null || (list.data.length === 0 && list.uploads.length === 0)) {
      return nothing;
    }
    return html`<div class="scroll-x" tabindex="0" role="group" aria-labelledby="own-data">
        <table>
          <thead>
            <tr>
              <th scope="col">Data</th>
              <th scope="col" class="number">Files</th>
              <th scope="col" class="number">Size</th>
              <th scope="col">Brought</th>
              <th scope="col"><span class="visually-hidden">What to do</span></th>
            </tr>
          </thead>
          <tbody>
            ${list.data.map(
              (item) => html`<tr>
                <th scope="row">${item.name}${item.folder ? "/" : ""}</th>
                <td class="number">${format.count(item.files)}</td>
                <td class="number">${format.bytes(item.bytes)}</td>
                <td>${format.time(item.modified)}</td>
                <td>
                  <div class="row">
                    ${
                      !item.folder && mayBeModel(item.name)
                        ? html`<a class="button" aria-label=${`Use the model ${item.name}`} href=${href(["models", item.name])}>
                            Use as a model
                          </a>`
                        : nothing
                    }
                    ${
                      isModel(item.name)
                        ? nothing
                        : html`<button
                            aria-label=${`Look at ${item.name}`}
                            aria-expanded=${item.name === this.chosen}
                            @click=${() => this.look(item.name === this.chosen ? null : item.name)}
                          >
                            Look
                          </button>`
                    }
                    <button aria-label=${`Remove ${item.name}`} @click=${() => this.remove(item)}>Remove</button>
                  </div>
                </td>
              </tr>`,
            )}
            ${list.uploads
              .filter(({ upload }) => !this.stop || upload !== this.upload?.key)
              .map(
                (part) => html`<tr>
                  <th scope="row">
                    ${part.first}
                    <div class="note">not whole; choose it again to go on</div>
                  </th>
                  <td class="number">${format.count(part.files)}</td>
                  <td class="number">${format.bytes(part.bytes)}</td>
                  <td>${format.time(part.modified)}</td>
                  <td>
                    <button
                      aria-label=${`Remove what there is of ${part.first}`}
                      @click=${() => this.act(() => api.forgetUpload(part.upload))}
                    >
                      Remove
                    </button>
                  </td>
                </tr>`,
              )}
          </tbody>
        </table>
      </div>
      <p class="note">${format.bytes(list.usedBytes)} of ${format.bytes(list.quotaBytes)} taken.</p>`;
  }

  dragOver(event) {
    event.preventDefault();
    this.over = true;
  }

  async drop(event) {
    event.preventDefault();
    this.over = false;
    const { chosen, folder, several } = await dropped(event.dataTransfer);
    if (several) {
      this.failure = { message: "Several things were dropped.", fix: "Drop one file, or one folder with them all." };
      return;
    }
    this.begin(uploadOf(chosen, folder));
  }

  take(event, folder) {
    const chosen = [...event.target.files].map((file) => ({
      path: folder ? file.webkitRelativePath : file.name,
      file,
    }));
    event.target.value = "";
    if (chosen.length > 0) {
      this.begin(uploadOf(chosen, folder));
    }
  }

  begin(upload) {
    this.note = "";
    if (upload === null) {
      this.failure = { message: "There are no files in it.", fix: "Names that begin with a dot are passed over." };
    } else if (this.stop) {
      this.failure = { message: `${this.upload.name} is on its way.`, fix: "Wait for it, or stop it." };
    } else {
      this.send(upload);
    }
  }

  async send(upload) {
    this.failure = null;
    this.upload = upload;
    this.sent = 0;
    this.stop = new AbortController();
    try {
      const list = await api.data();
      requireRoom(upload, list);
      const name = freeName(upload.name, list.data.map((item) => item.name));
      const item = await bring(upload, name, (bytes) => (this.sent = bytes), this.stop.signal);
      this.note = name === upload.name ? "" : `There is ${upload.name} already; this is ${name}.`;
      this.upload = null;
      if (isModel(item.name) || (mayBeModel(item.name) && (await opens(item.name)))) {
        go(["models", item.name]);
      } else {
        this.look(item.name);
      }
    } catch (failure) {
      if (failure.name === "AbortError") {
        this.note = `${upload.name} was stopped; choose it again to go on.`;
        this.upload = null;
      } else {
        this.failure = failure;
      }
    } finally {
      this.stop = null;
      await this.refresh();
    }
  }

  look(name) {
    this.dispatchEvent(new CustomEvent("data", { detail: name }));
  }

  async remove(item) {
    await this.act(() => api.removeData(item.name));
    if (item.name === this.chosen && !this.failure) {
      this.look(null);
    }
  }

  async act(what) {
    this.failure = null;
    try {
      await what();
    } catch (failure) {
      this.failure = failure;
    }
    await this.refresh();
  }
}

/** Whether an HDF5 file is a model; else it is data. */
const opens = (name) =>
  api.model(FILES, name).then(
    () => true,
    () => false,
  );

customElements.define("hg-bring", HgBring);
