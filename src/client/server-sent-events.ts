export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  /** Empty when the message had none. */
  readonly id: string;
}

/** Splits a `text/event-stream` into messages (WHATWG HTML §9.2); comments are dropped. */
export async function* serverSentEvents(response: Response): AsyncGenerator<ServerSentEvent, void> {
  if (!response.body) return;
  let pending = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    pending += chunk;
    const messages = pending.split('\n\n');
    pending = messages.pop() ?? '';
    for (const message of messages) {
      const fields = message.split('\n').filter((line) => !line.startsWith(':'));
      const of = (name: string): string[] => fields.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).replace(/^ /, ''));
      const data = of('data');
      if (data.length > 0) yield { event: of('event').at(-1) ?? 'message', data: data.join('\n'), id: of('id').at(-1) ?? '' };
    }
  }
}
