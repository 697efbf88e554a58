/** The browser side of typing-relay: README.md shows how to use it, docs/protocol.md what goes over the wire. */
export { typingSender } from './sender.ts';
export type { SenderOptions, SocketSource, TypingSender } from './sender.ts';
export { typingReceiver } from './receiver.ts';
export type { ReceiverOptions, TypingReceiver } from './receiver.ts';
export { keepAlive } from './keep-alive.ts';
export type { KeepAlive } from './keep-alive.ts';
export type { EditorLike, Listenable, PageLike, SocketLike, TextFieldLike } from './shapes.ts';
