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
