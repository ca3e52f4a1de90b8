/* CallCenter Pro: shows each visitor of a page a phone number of her own.
   It sets no cookie, evaluates nothing, writes no markup: any Content-Security-Policy will do
   that allows this host in script-src and connect-src. Whatever goes wrong, the page keeps its
   own number. Events on document: dni:number, dni:swapped. Calls: dni.consent(yes), dni.set({}),
   dni.convert('purchase', { amount: '9.90', currency: 'USD', id: '…' }). */
(function (window, document) {
  'use strict';
  if (window.dni && window.dni.version) return;
  var script = document.currentScript ||
    document.querySelector('script[data-tag][src],script[data-campaign][src]');
  if (!script) return;

  var base = script.src.replace(/\/(dni|js)(\/|\.js).*$/, '');
  var tag = script.getAttribute('data-tag') || '';
  var campaign = script.getAttribute('data-campaign') || '';
  var storeKey = 'dni.' + (tag || campaign);
  var MARKED = '[data-dni],.dni-phone,.tracking-phone,.tracking-number,[data-tracking-number],.phone-number';
  var PHONE = /[+(]?\d[\d().\-\s\u00a0\u2010-\u2013]{5,18}\d/g;
  var SKIPPED = /^(script|style|noscript|textarea|input|select|template)$/i;
  var PHONE_ATTRIBUTES = ['href'];
  var TRIES_MAX = 3, WAIT_MS = 3000, DEBOUNCE_MS = 30, SETTLE_MS = 300, PAIRS_MAX = 150, TEXT_MAX = 1000, UNDO_MAX = 4000;

  var shown = null;        // the last answer
  var undo = [];           // what brings the page's own number back
  var old = {};            // digits that were shown before: they are swapped like the page's own
  var custom = {};
  var allowed = script.getAttribute('data-consent') !== 'required';
  var beating = 0, looking = 0, turning = 0, begun = false, address = '', memory = {};

  function safely(work) {
    return function () {
      try { return work.apply(this, arguments); } catch (ignored) { return undefined; }
    };
  }

  function tell(name, detail) {
    document.dispatchEvent(new CustomEvent('dni:' + name, { detail: detail }));
  }

  function kept(storage, name, value) {
    try {
      if (value === undefined) return window[storage].getItem(name);
      window[storage].setItem(name, value);
    } catch (blocked) {
      if (value === undefined) return memory[name];
      memory[name] = value;
    }
    return value;
  }

  function visitor() {
    var id = kept('localStorage', 'dni.visitor');
    if (!id || !/^[A-Za-z0-9_.-]{8,80}$/.test(id)) {
      var bytes = window.crypto.getRandomValues(new Uint8Array(16));
      id = Array.prototype.map.call(bytes, function (byte) {
        return (byte + 256).toString(16).slice(1);
      }).join('');
      kept('localStorage', 'dni.visitor', id);
    }
    return id;
  }

  function said() {
    var told = {}, count = 0;
    function add(name, value) {
      if (value && count++ < PAIRS_MAX && name.length <= 80) told[name] = String(value).slice(0, TEXT_MAX);
    }
    new URLSearchParams(window.location.search).forEach(function (value, name) { add(name, value); });
    document.cookie.split('; ').forEach(function (pair) {
      var found = /^(_ga|_fbp|_fbc)=(.*)$/.exec(pair);
      if (found) add(found[1], found[2]);
    });
    document.querySelectorAll('meta[name^="dni-"]').forEach(function (meta) {
      add(meta.name.slice(4), meta.content);
    });
    Object.keys(custom).forEach(function (name) { add(name, custom[name]); });
    return told;
  }

  function post(path, body) {
    var controller = new AbortController();
    var timer = setTimeout(function () { controller.abort(); }, WAIT_MS);
    body.tag = tag;
    body.campaign = campaign;
    return fetch(base + path, {
      method: 'POST', mode: 'cors', credentials: 'omit', signal: controller.signal,
      headers: { 'Content-Type': 'text/plain' }, body: JSON.stringify(body)
    }).then(function (answer) {
      clearTimeout(timer);
      if (answer.status >= 500) throw answer.status;
      return answer.ok ? answer.json() : null;
    });
  }

  function digits(text) { return text.replace(/\D/g, ''); }

  function wanted(found) {
    return found !== shown.digits && found !== shown.national &&
      (shown.replace.indexOf(found) >= 0 || old[found] === true);
  }

  /* Our number, digit for digit in the shape in which the page has written its own. */
  function shaped(text) {
    var count = digits(text).length;
    var ours = count === shown.digits.length ? shown.digits
      : count === shown.national.length ? shown.national : '';
    if (!ours) return shown.formatted;
    var at = 0;
    return text.replace(/\d/g, function () { return ours.charAt(at++); });
  }

  function swapped(text) {
    return text.replace(PHONE, function (found) {
      return wanted(digits(found)) ? shaped(found) : found;
    });
  }

  /* Remember how; of a page that is open for days, only what was shown last. */
  function back(work) {
    undo.push(work);
    if (undo.length > UNDO_MAX) undo.splice(0, UNDO_MAX / 2);
  }

  function swapText(node, whole) {
    var text = node.nodeValue;
    var next = whole && PHONE.test(text) ? text.replace(PHONE, shaped) : swapped(text);
    PHONE.lastIndex = 0;
    if (next === text) return 0;
    node.nodeValue = next;
    back(function () { if (node.nodeValue === next) node.nodeValue = text; });
    return 1;
  }

  function write(element, name, text, next) {
    element.setAttribute(name, next);
    back(function () {
      if (element.getAttribute(name) === next) element.setAttribute(name, text);
    });
  }

  function swapLink(link, whole) {
    var href = link.getAttribute('href') || '';
    if (!/^tel:/i.test(href)) return 0;
    var found = digits(decodeURIComponent(href.slice(4).split(/[;,?]/)[0]));
    if (found === shown.digits || !(whole || wanted(found))) return 0;
    write(link, 'href', href, 'tel:' + shown.number);
    return 1;
  }

  function each(root, selector, work) {
    if (root.matches && root.matches(selector)) work(root);
    if (root.querySelectorAll) Array.prototype.forEach.call(root.querySelectorAll(selector), work);
  }

  function texts(root, work) {
    var walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, null), found = [], node;
    if (root.nodeType === 3) found.push(root);
    while ((node = walker.nextNode())) found.push(node);
    found.forEach(function (text) {
      var parent = text.parentElement;
      if (parent && !SKIPPED.test(parent.tagName) && !parent.isContentEditable) work(text);
    });
  }

  /* An element that is there for the number: whatever number it shows is swapped. */
  function swapMarked(element) {
    var count = swapLink(element, true);
    each(element, 'a[href^="tel:" i]', function (link) { count += swapLink(link, true); });
    if (digits(element.textContent).length < 7) {
      if (!element.children.length && !/^(input|img)$/i.test(element.tagName) &&
          element.textContent.trim() === '') {
        element.textContent = shown.formatted;
        back(function () { element.textContent = ''; });
        count++;
      }
    } else {
      texts(element, function (text) { count += swapText(text, true); });
    }
    return count;
  }

  var swap = safely(function (root) {
    if (!shown || !shown.number || !root) return;
    var count = 0, bare = !shown.replace.length && !shown.selectors.length;
    texts(root, function (text) { count += swapText(text, false); });
    each(root, 'a[href^="tel:" i]', function (link) {
      count += bare ? swapMarked(link) : swapLink(link, false);
    });
    [MARKED].concat(shown.selectors).forEach(safely(function (selector) {
      each(root, selector, function (element) { count += swapMarked(element); });
      var within = root.parentElement && root.parentElement.closest(selector);
      if (within) count += swapMarked(within);
    }));
    shown.attributes.forEach(safely(function (name) {
      if (PHONE_ATTRIBUTES.indexOf(name) >= 0) return;
      each(root, '[' + name + ']', function (element) {
        var text = element.getAttribute(name), next = swapped(text);
        if (next !== text) { write(element, name, text, next); count++; }
      });
    }));
    watcher.takeRecords();  // what we have written is nothing new
    if (count) tell('swapped', { number: shown.number, count: count });
  });

  var changed = [];
  var watcher = new MutationObserver(safely(function (records) {
    records.forEach(function (record) {
      if (record.type === 'childList') Array.prototype.push.apply(changed, record.addedNodes);
      else changed.push(record.target);
    });
    if (changed.length && !looking) looking = setTimeout(look, DEBOUNCE_MS);
  }));

  var look = safely(function () {
    var roots = changed;
    looking = 0;
    changed = [];
    roots.forEach(function (root) { if (root.isConnected) swap(root); });
  });

  function show(answer) {
    if (shown && answer.number && shown.number !== answer.number) {
      old[shown.digits] = old[shown.national] = true;
      delete old[answer.digits];
      delete old[answer.national];
    }
    if (!answer.number) {  // ours may be somebody else's by now: the page's own is right again
      while (undo.length) undo.pop()();
      shown = window.dni.number = null;
      return;
    }
    shown = answer;
    window.dni.number = answer.number;
    swap(document.body);
  }

  /* An anchor is no other page, unless the site keeps its pages there. */
  function place() { return window.location.href.replace(/#(?![!\/]).*$/, ''); }

  function arrive(tries) {
    address = place();
    post('/dni/v1/visits', {
      visitor: visitor(), page: address.slice(0, 4000), referrer: document.referrer.slice(0, 4000),
      parameters: said()
    }).then(safely(function (answer) {
      if (!answer) return;
      show(answer);
      window.dni.visit = answer.visit;
      kept('sessionStorage', storeKey, JSON.stringify(
        { answer: answer, until: Date.now() + answer.kept_seconds * 1000 }));
      tell('number', { number: answer.number, formatted: answer.formatted, showing: answer.showing });
      clearInterval(beating);
      if (answer.visit) beating = setInterval(beat, answer.beat_seconds * 1000);
    })).catch(function () {
      if (tries < TRIES_MAX) setTimeout(safely(function () { arrive(tries + 1); }), 1000 << tries);
    });
  }

  var beat = safely(function () {
    post('/dni/v1/beats', { visit: window.dni.visit }).then(safely(function (answer) {
      if (answer && !answer.held) arrive(TRIES_MAX);
    })).catch(function () {});
  });

  var leave = safely(function () {
    if (!window.dni.visit) return;
    navigator.sendBeacon(base + '/dni/v1/beats', JSON.stringify(
      { tag: tag, campaign: campaign, visit: window.dni.visit, closed: true }));
  });

  var convert = safely(function (kind, more) {
    if (!window.dni.visit) return false;
    more = more || {};
    return navigator.sendBeacon(base + '/dni/v1/conversions', JSON.stringify({
      tag: tag, campaign: campaign, visit: window.dni.visit, kind: kind || 'form',
      amount: more.amount, currency: more.currency, conversion_id: more.id
    }));
  });

  var submitted = safely(function (event) {
    var form = event.target;
    if (form && form.matches && form.matches('form[data-dni-convert]')) {
      convert(form.getAttribute('data-dni-convert'));
    }
  });

  var navigated = safely(function () {
    if (place() === address) return;
    swap(document.body);
    clearTimeout(turning);
    turning = setTimeout(safely(function () { arrive(0); }), SETTLE_MS);
  });

  function wrap(name) {
    var real = window.history[name];
    window.history[name] = function () {
      var result = real.apply(this, arguments);
      setTimeout(navigated, 0);
      return result;
    };
  }

  var begin = safely(function () {
    if (begun || !allowed) return;
    if (!document.body) {
      document.addEventListener('DOMContentLoaded', begin);
      return;
    }
    begun = true;
    watcher.observe(document.body, {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ['href']
    });
    wrap('pushState');
    wrap('replaceState');
    window.addEventListener('popstate', navigated);
    window.addEventListener('pagehide', leave);
    document.addEventListener('submit', submitted, true);
    window.addEventListener('pageshow', safely(function (event) { if (event.persisted) arrive(0); }));
    safely(function () {
      var last = JSON.parse(kept('sessionStorage', storeKey) || 'null');
      if (last && last.until > Date.now()) show(last.answer);
    })();
    arrive(0);
  });

  window.dni = {
    version: '@VERSION@',
    number: null,
    visit: null,
    convert: convert,
    consent: safely(function (yes) { allowed = yes !== false; begin(); }),
    set: safely(function (more) {
      Object.keys(more).forEach(function (name) { custom[name] = more[name]; });
      if (begun) arrive(0);
    })
  };
  if (script.getAttribute('data-dnt') !== 'ignore' &&
      (navigator.doNotTrack === '1' || navigator.globalPrivacyControl === true)) return;
  begin();
})(window, document);
