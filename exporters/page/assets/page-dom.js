// Elements are described, and what is there is brought to what was described: nothing is replaced that stays, so that focus,
// selection and scrolling outlive an update. Text is only ever a text node: what others wrote is never read as HTML.

const SVG = 'http://www.w3.org/2000/svg';
// Characters that turn or hide the text around them: a name with them is shown as what it is.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const AS_PROPERTY = new Set(['value', 'checked', 'disabled', 'open', 'hidden']);

export function h(tag, properties, ...children) {
  return { tag, properties: properties ?? {}, children };
}

const plain = text => String(text).replace(UNSEEN, unseen => `\\u{${unseen.codePointAt(0).toString(16)}}`);

// Makes these the children of an element.
export function show(parent, ...described) {
  const wanted = described.flat(Infinity).filter(child => child != null && child !== false && child !== '');
  const keyed = new Map();
  const free = new Map();
  for (const node of parent.childNodes) {
    const key = node.describedKey;
    if (key !== undefined) keyed.set(key, node);
    else free.has(node.nodeName) ? free.get(node.nodeName).push(node) : free.set(node.nodeName, [node]);
  }
  const kept = wanted.map(child => {
    if (typeof child !== 'object') return free.get('#text')?.shift();
    const { key } = child.properties;
    if (key === undefined) return (free.get(child.tag) ?? free.get(child.tag.toUpperCase()))?.shift();
    const node = keyed.get(key);
    keyed.delete(key);
    return node;
  });
  for (const node of [...keyed.values(), ...[...free.values()].flat()]) node.remove();
  let place = parent.firstChild;
  wanted.forEach((child, index) => {
    const node = kept[index] ?? make(child, parent);
    if (typeof child !== 'object') {
      const text = plain(child);
      if (node.nodeValue !== text) node.nodeValue = text;
    } else {
      show(node, child.children);
      dress(node, child.properties);
    }
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  });
}

function make(child, parent) {
  if (typeof child !== 'object') return document.createTextNode('');
  const isSvg = child.tag === 'svg' || parent.namespaceURI === SVG;
  const node = isSvg ? document.createElementNS(SVG, child.tag) : document.createElement(child.tag);
  node.describedKey = child.properties.key;
  return node;
}

function dress(node, properties) {
  for (const name of node.describedNames ?? []) {
    if (properties[name] !== undefined) continue;
    if (name.startsWith('on') || name === 'style') node[name] = null;
    else node.removeAttribute(name);
  }
  for (const [name, value] of Object.entries(properties)) {
    if (name === 'key') continue;
    if (name.startsWith('on')) node[name] = value;
    else if (name === 'style') for (const [rule, to] of Object.entries(value)) node.style.setProperty(rule, to);
    else if (AS_PROPERTY.has(name)) {
      if (node[name] !== value) node[name] = value;
    } else if (value === false || value == null) node.removeAttribute(name);
    else {
      const text =
        value === true ? '' : name.startsWith('data-') || name.startsWith('aria-') ? plain(value) : String(value);
      if (node.getAttribute(name) !== text) node.setAttribute(name, text);
    }
  }
  node.describedNames = Object.keys(properties).filter(name => name !== 'key');
}
