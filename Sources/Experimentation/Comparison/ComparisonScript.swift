internal import Basics
import Foundation

/// The script of a comparison: it changes what is drawn already, and the page is whole without it.
enum ComparisonScript {
  /// What the page's policy allows to run, and nothing else.
  static let hash: String = {
    let digits = Array(ObjectDigest(of: code).hex.utf8)
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    return "sha256-\(Data(bytes).base64EncodedString())"
  }()

  static let code = #"""
    (() => {
      const all = (s, e = document) => [...e.querySelectorAll(s)];
      const one = s => document.querySelector(s);
      const data = JSON.parse(one('#data').textContent);
      const run = e => (/\br(\d+)\b/.exec(e.getAttribute('class')) || [])[1];
      one('.controls').hidden = false;

      // Curves: an exponential moving average without the bias of its start.
      const steps = d => [...d.matchAll(/([ML])([-\d.]+) ([-\d.]+)/g)].map(m => [m[1], +m[2], +m[3]]);
      const curves = all('.curves path.line').map(path => {
        const raw = path.cloneNode();
        raw.classList.add('raw');
        path.before(raw);
        return {path, steps: steps(path.getAttribute('d'))};
      });
      const smooth = weight => {
        for (const {path, steps} of curves) {
          let sum = 0, bias = 1;
          path.setAttribute('d', steps.map(([go, x, y]) => {
            sum = weight * sum + (1 - weight) * y;
            bias *= weight;
            return go + x + ' ' + (sum / (1 - bias)).toFixed(2);
          }).join(''));
        }
      };
      one('#smooth').addEventListener('input', event => {
        const weight = event.target.value / 100;
        one('#weight').value = weight || 0;
        smooth(weight);
      });

      // Colors: by run, or by where a metric's value lies between the least and the most.
      const shares = document.head.appendChild(document.createElement('style'));
      const short = v => Number(v.toPrecision(4)).toString();
      const color = key => {
        document.body.classList.toggle('by-run', !key);
        if (!key) return;
        const values = data.metrics[key], known = values.filter(v => v !== null);
        const low = Math.min(...known), high = Math.max(...known);
        one('#low').textContent = short(low);
        one('#high').textContent = short(high);
        shares.textContent = values.map((v, i) => v === null
          ? `body:not(.by-run) .r${i}.r${i}.run{--s:var(--muted)}`
          : `body:not(.by-run) .r${i}.r${i}.run{--s:var(--mix)}.r${i}.r${i}{--k:${high > low ? (v - low) / (high - low) : .5}}`).join('');
      };
      one('#color').addEventListener('change', event => color(event.target.value));
      color(one('#color').value);

      // The run under the pointer.
      const marked = all('path.run, tr.run');
      const tip = one('#tip');
      const hover = (id, event) => {
        document.body.classList.toggle('hovering', id !== undefined);
        for (const e of marked) e.classList.toggle('hot', id !== undefined && run(e) === id);
        tip.hidden = id === undefined || !event;
        if (tip.hidden) return;
        tip.textContent = data.names[id];
        tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
        tip.style.top = event.clientY + 16 + 'px';
      };
      for (const e of marked) {
        e.addEventListener('pointermove', event => hover(run(e), e.tagName === 'path' && event));
        e.addEventListener('pointerleave', () => hover());
      }

      // Choosing: a run stays while its line passes every stretch that was dragged on an axis.
      const svg = one('.axes svg');
      if (!svg) return;
      const lines = all('path.run', svg).map(path => [run(path), steps(path.getAttribute('d'))]);
      const grips = all('rect.grip', svg), chosen = new Map();
      const apply = () => {
        const out = new Set(lines.filter(([, points]) => [...chosen].some(([axis, [from, to]]) =>
          points[axis][2] < from || points[axis][2] > to)).map(([id]) => id));
        for (const e of marked) e.classList.toggle('out', out.has(run(e)));
        one('#reset').hidden = chosen.size === 0;
      };
      const clear = axis => {
        chosen.delete(axis);
        grips[axis].brush?.remove();
        grips[axis].brush = undefined;
      };
      one('#reset').addEventListener('click', () => { grips.forEach((_, axis) => clear(axis)); apply(); });
      grips.forEach((grip, axis) => {
        const place = event =>
          new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse()).y;
        let start;
        grip.addEventListener('pointerdown', event => {
          grip.setPointerCapture(event.pointerId);
          start = place(event);
          clear(axis);
          apply();
        });
        grip.addEventListener('pointermove', event => {
          if (start === undefined) return;
          const end = place(event), from = Math.min(start, end), to = Math.max(start, end);
          if (to - from < 3) return;
          if (!grip.brush) {
            grip.brush = document.createElementNS(svg.namespaceURI, 'rect');
            grip.brush.setAttribute('class', 'brush');
            grip.before(grip.brush);
          }
          for (const [name, value] of [['x', +grip.getAttribute('x') + 7], ['y', from], ['width', 18], ['height', to - from]])
            grip.brush.setAttribute(name, value);
          chosen.set(axis, [from, to]);
          apply();
        });
        grip.addEventListener('pointerup', () => { start = undefined; });
      });
    })();
    """#
}
