export async function onDemo() {}
