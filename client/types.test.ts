import { expectTypeOf, it } from 'vitest';
import type { typingReceiver, typingSender } from './index.ts';
import type { EditorLike, PageLike, SocketLike, TextFieldLike } from './index.ts';

it("the browser's own objects fit as they are", () => {
  expectTypeOf<WebSocket>().toExtend<SocketLike>();
  expectTypeOf<HTMLInputElement>().toExtend<TextFieldLike>();
  expectTypeOf<HTMLTextAreaElement>().toExtend<TextFieldLike>();
  expectTypeOf<HTMLDivElement>().toExtend<EditorLike>();
  expectTypeOf<Window>().toExtend<PageLike>();
  expectTypeOf<() => WebSocket | undefined>().toExtend<Parameters<typeof typingSender>[0]>();
  expectTypeOf<WebSocket>().toExtend<Parameters<typeof typingReceiver>[0]>();
});

it('an element that has no value is no text field', () => {
  expectTypeOf<HTMLDivElement>().not.toExtend<TextFieldLike>();
});
