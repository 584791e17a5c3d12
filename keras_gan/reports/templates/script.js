"use strict";
(() => {
  const make = (name, options, ...children) => {
    const element = Object.assign(document.createElement(name), options);
    element.append(...children);
    return element;
  };
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

  // The strip of samples through time becomes a slider.
  for (const past of document.querySelectorAll(".past")) {
    const frames = [...past.querySelectorAll(".strip li")];
    const last = frames.length - 1;
    const input = make("input", { type: "range", min: 0, max: last, value: 0 });
    const show = (at) => {
      input.value = at;
      input.setAttribute("aria-valuetext", frames[at].dataset.when);
      frames.forEach((frame, i) => { frame.hidden = i !== Number(at); });
    };
    for (const image of past.querySelectorAll("img")) image.loading = "eager";
    past.querySelector(".strip").removeAttribute("tabindex");
    input.addEventListener("input", () => show(input.value));
    const controls = make("div", { className: "controls" },
      make("label", {}, "Through time ", input));
    if (!still) {
      const button = make("button", { type: "button", textContent: "Play" });
      let timer = 0;
      const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
      button.addEventListener("click", () => {
        if (timer) return stop();
        if (Number(input.value) === last) show(0);
        button.textContent = "Pause";
        timer = setInterval(() => {
          if (Number(input.value) === last) return stop();
          show(Number(input.value) + 1);
        }, 600);
      });
      controls.prepend(button);
    }
    past.append(controls);
    past.classList.add("sliding");
    show(0);
  }

  const help = document.getElementById("help");
  if (help) help.textContent = "Point at a curve for its values, or move along it with the arrow keys.";

  // Charts tell the values nearest to the pointer, or by the arrow keys.
  for (const chart of document.querySelectorAll(".chart")) {
    const plot = chart.querySelector(".plot");
    const lines = [...plot.querySelectorAll("g[class^=s]")].map((line) =>
      [...line.querySelectorAll("circle")].map((dot) => ({
        x: Number(dot.getAttribute("cx")),
        words: dot.querySelector("title").textContent,
      })));
    const places = [...new Set(lines.flat().map((dot) => dot.x))].sort((a, b) => a - b);
    if (!places.length) continue;
    const readout = make("p", { className: "readout" });
    readout.setAttribute("aria-live", "polite");
    chart.append(readout);
    const hair = document.createElementNS(plot.namespaceURI, "path");
    hair.setAttribute("class", "hair");
    plot.prepend(hair);
    const { y, height } = plot.viewBox.baseVal;
    const nearest = (dots, x) => dots.reduce((a, b) =>
      Math.abs(b.x - x) < Math.abs(a.x - x) ? b : a);
    let at = places.length - 1;
    const tell = () => {
      const said = new Map();
      for (const dots of lines.filter((dots) => dots.length)) {
        const [when, ...value] = nearest(dots, places[at]).words.split(": ");
        said.set(when, [...(said.get(when) || []), value.join(": ")]);
      }
      readout.textContent = [...said].map(([when, values]) =>
        `${when}: ${values.join(", ")}`).join("; ");
      hair.setAttribute("d", `M${places[at]} ${y + 14}V${y + height - 28}`);
    };
    plot.addEventListener("pointermove", (event) => {
      const x = new DOMPoint(event.clientX, event.clientY)
        .matrixTransform(plot.getScreenCTM().inverse()).x;
      at = places.indexOf(nearest(places.map((place) => ({ x: place })), x).x);
      tell();
    });
    plot.setAttribute("tabindex", "0");
    plot.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      at = Math.min(places.length - 1, Math.max(0, at + step));
      tell();
    });
  }

  if (navigator.clipboard) {
    for (const command of document.querySelectorAll(".command")) {
      const button = make("button", { type: "button", textContent: "Copy" });
      const name = command.querySelector("h3, h4").textContent;
      button.setAttribute("aria-label", `Copy: ${name}`);
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(command.querySelector("pre").textContent);
        button.textContent = "Copied";
      });
      command.append(button);
    }
  }
})();
