/** The map page: starts when the document is there. */
document.documentElement.dataset.ready = "true";
