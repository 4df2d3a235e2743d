/** What our modules take from lit, for a Node without a page: templates are values that nobody draws. */
const template = (strings, ...values) => ({ strings, values });
export const html = template;
export const svg = template;
export const nothing = Symbol("nothing");
export class LitElement {}
