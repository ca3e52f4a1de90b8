/** For the open one of a row of links that may be wider than its window: `ref={open ? inView : undefined}`. */
export const inView = (one: HTMLElement | null): void => one?.scrollIntoView({ block: "nearest", inline: "nearest" });
