// What is asked of a service, and how often of each hundred: method, path, weight.

export const HOSTILE = '/%3Cimg%20src=x%20onerror=window.broken=1%3E';
export const MIX = [
  ['GET', '/experiments/{n}', 40],
  ['GET', '/flags/dark-mode', 20],
  ['POST', '/events', 10],
  ['GET', '/experiments', 3],
  ['GET', '/experiments?joined=true', 5],
  ['GET', '/experiments/{n}/report', 4],
  ['POST', '/experiments/{n}/assignments', 6],
  ['GET', '/export?rows=300', 3],
  ['GET', '/slow?ms=25', 3],
  ['GET', '/slow?ms=120', 1],
  ['GET', '/fail?status=503', 1],
  ['GET', `${HOSTILE}/{n}`, 2],
  ['GET', `/flags${HOSTILE}`, 1],
  ['GET', '/fail?status=404', 1],
];
export const RARE = [
  ['GET', '/work?queries=30&calls=11&misses=12'],
  ['GET', '/panic'],
  ['GET', '/slow?ms=1100'],
];

// Of the next version: one N+1 less, and two that are slower.
export const SECOND = [
  ['GET', '/experiments/{n}', 10],
  ['GET', '/slow?ms=300', 2],
  ['GET', '/experiments?joined=true', 3],
  ['GET', '/flags/dark-mode', 5],
  ['GET', '/export?rows=3000', 2],
];
