declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
  }

  /** An in-memory DynamoDB behind an HTTP server, which need not listen. */
  function dynalite(options?: Options): Server;
  export = dynalite;
}

declare module 'dynalite/db/conditionParser.js' {
  interface Context {
    readonly attrNames?: Readonly<Record<string, string>>;
    readonly attrVals?: Readonly<Record<string, object>>;
    /** What the parser finds used it deletes from these. */
    readonly unusedAttrNames?: Record<string, true>;
    readonly unusedAttrVals?: Record<string, true>;
  }

  /** The condition as a tree with the values in its leaves, or a text that says what is wrong with it. */
  type Parse = (text: string, options: { readonly context: Context }) => object | string;

  const parser: { parse: Parse };
  export = parser;
}

declare module 'dynalite/db/updateParser.js' {
  import type conditions from 'dynalite/db/conditionParser.js';

  /** As for conditions: the tree of an update expression. */
  const parser: { parse: typeof conditions.parse };
  export = parser;
}
