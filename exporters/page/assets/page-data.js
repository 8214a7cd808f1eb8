// What the service answers, and the stream of what is new.

const BESIDE = new URL('./', import.meta.url);

// Why there is no answer: `status` 0 where the service could not be reached.
export class Unanswered extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export async function load(name, parameters, signal) {
  let response;
  try {
    response = await fetch(new URL(`${name}?${parameters}`, BESIDE), { signal, cache: 'no-store' });
    if (response.ok) return await response.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unanswered(0, String(error.message));
  }
  const told = await response.json().catch(() => ({}));
  throw new Unanswered(response.status, told.error ?? response.statusText);
}

// Follows the requests that match; comes back by itself after the service was away.
export class Stream {
  constructor(onRequests, onState) {
    this.onRequests = onRequests;
    this.onState = onState;
  }

  follow(parameters) {
    const asked = String(parameters);
    if (this.source && asked === this.asked) return;
    this.asked = asked;
    this.open();
  }

  open() {
    this.close();
    this.source = new EventSource(new URL(`live?${this.asked}`, BESIDE));
    this.source.onopen = () => {
      clearTimeout(this.timer);
      this.onState('live');
    };
    this.source.addEventListener('requests', event => this.onRequests(JSON.parse(event.data)));
    this.source.onerror = () => {
      // The service ends its streams now and then, and the browser asks again at once; but not where it was refused, and
      // later each time.
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.onState('polling');
        this.open();
      }, 2000);
    };
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
