/** What is derived from a schema is derived once and held as long as the schema is. */
export function oncePer<K extends object, V>(derive: (key: K) => V): (key: K) => V {
  const held = new WeakMap<K, V>();
  return (key) => {
    let value = held.get(key);
    if (value === undefined) {
      value = derive(key);
      held.set(key, value);
    }
    return value;
  };
}
