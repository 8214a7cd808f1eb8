// What is looked at is in the address, so that links, back and forward lead to it: #/endpoint?method=GET&route=…

export const FILTERS = ['window', 'method', 'not_method', 'status', 'route', 'min_ms', 'version'];
const EVERYWHERE = [...FILTERS, 'find'];
const FIRST = 'endpoints';

// The view and its parameters.
export function read(hash = location.hash) {
  const [, view = FIRST, parameters = ''] = /^#\/([a-z]*)\??(.*)$/.exec(hash) ?? [];
  return { view: view || FIRST, parameters: new URLSearchParams(parameters) };
}

// A link to a view with the filters of this one, but for what changes; null takes one out.
export function link(address, view, changes = {}) {
  const same = view === address.view;
  const kept = [...address.parameters].filter(([name]) => same || EVERYWHERE.includes(name));
  const parameters = new URLSearchParams(kept);
  for (const [name, value] of Object.entries(changes)) {
    if (value == null) parameters.delete(name);
    else parameters.set(name, value);
  }
  const text = parameters.toString();
  return `#/${view}${text ? `?${text}` : ''}`;
}

// To an endpoint: its method and route become the filters.
export function endpointLink(address, row, more = {}) {
  return link(address, 'endpoint', { method: row.method, route: row.route ?? '', ...more });
}

export const requestLink = (address, request) => link(address, 'request', { id: request.request_id });

// What the service is asked with.
export function filters(address) {
  const asked = new URLSearchParams();
  for (const name of FILTERS) if (address.parameters.has(name)) asked.set(name, address.parameters.get(name));
  return asked;
}

// Changes the address in place, or as a step that back undoes.
export function go(hash, { replace = false } = {}) {
  if (hash === location.hash) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', hash);
  dispatchEvent(new HashChangeEvent('hashchange'));
}
